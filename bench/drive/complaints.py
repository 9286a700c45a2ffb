"""What people say, and where: complaints of a fixed seed, so that two runs send the same."""

import random
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from bench.drive.town import CATEGORY, VILLAGES

RESULT = {
    "result_kind": "substantive",
    "result": "已派人到现场处理完毕，并向来电人当面说明了情况。",
    "without_support": "协办意见已当面征求",
}
SATISFIED = {"reached": "answered", "contacted": True, "solved": True, "satisfaction": "satisfied"}
NOT_SATISFIED = {"reached": "answered", "contacted": True, "solved": False, "satisfaction": "not_satisfied"}
_CHANNELS = ("hotline", "visit", "desk", "web", "app")
_KINDS = ("help", "complaint", "help", "suggest")
_PLACES = ("村口", "小学门前", "卫生室旁边", "老戏台对面", "二组的巷子里", "文化广场西侧", "公交站后面", "水塔下面")
_MATTERS = (
    "三盏路灯坏了好几天，晚上漆黑一片，老人和孩子出门都不安全",
    "垃圾桶满了没有人清运，天气一热气味很大，苍蝇到处都是",
    "下水道堵了，下过雨以后污水漫到路面上，走路要绕一大圈",
    "人行道的地砖碎了一大片，前天有位老人在那里绊倒摔伤了手",
)
_MORE = (
    "这件事我们之前也向网格员反映过，说是会来人看，可是一直没有等到。隔壁几户人家也都打过电话，有的说要等统一安排，有的说不归这里管，"
    "到现在也没有一个说法。我家里有八十多岁的老人，还有两个上小学的孩子，每天早晚都要从这里走，心里总是不踏实。"
    "前些日子下雨，情况更严重了，村里有人自己拿了砖头和木板临时垫了一下，但只能顶一两天，根本解决不了问题。"
    "希望能尽快派人到现场看一看，弄清楚到底由哪个单位负责，给一个准确的处理时间，办完以后也把结果告诉我们，不要再让我们一遍一遍地打电话了。"
)
_SURNAMES = "王李张刘陈杨赵黄周吴"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平"


@dataclass(slots=True)
class Complaints:
    """An endless row of complaints of about 0.9 KB as JSON, each with a requester of its own."""

    seed: int
    _dice: random.Random = field(init=False)

    def __post_init__(self) -> None:
        """Make the dice."""
        self._dice = random.Random(self.seed)  # noqa: S311 - load, not a secret

    def next(self) -> dict[str, Any]:
        """The body of ``POST /intake/v1/cases``."""
        dice = self._dice
        place, matter = dice.choice(_PLACES), dice.choice(_MATTERS)
        return {
            "channel": dice.choice(_CHANNELS),
            "kind": dice.choice(_KINDS),
            "category_code": CATEGORY,
            "area_code": dice.choice(VILLAGES),
            "text": f"{place}{matter}。{_MORE}",
            "requester": {"name": self._name(), "phone": f"138{dice.randrange(10**8):08d}"},
        }

    def key(self) -> str:
        """An Idempotency-Key that nobody has used, in whichever run: what is said may repeat, this must not."""
        return uuid4().hex

    def _name(self) -> str:
        return self._dice.choice(_SURNAMES) + self._dice.choice(_GIVEN) + self._dice.choice(_GIVEN)
