"""Orders of supervision (督办): found in the list of followup, answered by their units."""

from collections.abc import Mapping
from datetime import datetime

from huiyin.office import errands
from huiyin.replay.stage import Doing, Life, Stage
from libs.common.security.principal import Role

REPLY = "【回放 replay】已约谈承办人员，限期办结并向诉求人说明情况。Answered in a replay."


async def read_orders(stage: Stage, lives: Mapping[str, Life], since: datetime, at: datetime) -> None:
    """Find the orders issued after ``since`` and plan their answers. ``lives`` are by case id."""
    with stage.clock.at(at):
        issued_orders = stage.person(Role.SUPERVISOR).listed(errands.SUPERVISIONS, state="issued", level="supervision")
        async for order in issued_orders:
            issued = datetime.fromisoformat(order["issued_at"])
            if issued <= since:
                return
            life = lives.get(order["case_id"])
            if life is None or order["unit_code"] is None:
                continue
            # What is drawn must not depend on ids, which differ from run to run.
            name = f"{order['unit_code']} {order['issued_at']}"
            when = life.habits.answered_at(max(issued, at), name)
            if when is not None:
                life.orders.append((when, order["supervision_id"], order["unit_code"]))
                stage.plan(life, when, Doing.ANSWER_ORDER)


async def answer_order(stage: Stage, life: Life, at: datetime) -> None:
    """督办回复: the unit that it went to answers."""
    order = min(life.orders)
    life.orders.remove(order)
    _, order_id, unit_code = order
    await stage.handler(unit_code).do(errands.reply(order_id, REPLY))
