"""A requester's own name, home and numbers are hidden in the words of its own case; others' stay, as do places."""

import time
from typing import Any

import pytest

from services.intake.requesters.domain import own_of

ZHANG: dict[str, Any] = {"name": "张三", "phone": "13812345678", "id_no": "11010119900307123X", "home": "望山村3组15号"}


@pytest.mark.parametrize(
    ("who", "text", "hidden"),
    [
        (ZHANG, "我是张三，家住3组15号", "我是**，家住*组**号"),
        (ZHANG, "张 三反映，张　三说，张·三", "* *反映，*　*说，*·*"),
        (ZHANG, "张大爷、张同志、老张、小张、张某", "*大爷、*同志、老*、小*、*某"),
        (ZHANG, "我家三组十五号漏水", "我家*组**号漏水"),
        (ZHANG, "3-15的住户", "*-**的住户"),
        (ZHANG, "138 1234 a 5678 和一三八12345678", "138 1234 a 5678 和一三八****5678"),
        (ZHANG, "110101 1990 0307 123X", "110*** **** **** 123X"),
        ({"name": "欧阳秘密", "home": "望山社区3号楼502"}, "欧阳秘密住望山社区3号楼502", "****住望山社区*号楼***"),
        ({"name": "欧阳秘密"}, "欧阳女士来电", "**女士来电"),
        ({"name": "阿卜杜拉·买买提"}, "阿卜杜拉买买提的弟弟，阿卜杜拉", "*******的弟弟，****"),
        ({"name": "John Smith"}, "john  smith, Mr Smith", "****  *****, Mr *****"),
        ({"name": "王先生"}, "王先生和王女士", "*先生和*女士"),
        ({"home": "幸福小区3栋2单元502室"}, "3栋502，3-2-502", "*栋***，*-*-***"),
        ({"home": "幸福小区3栋2单元502室"}, "我住502，就在路边", "我住***，就在路边"),
        ({"home": "小池镇望山村15号"}, "望山村15号的张家，我家15号", "望山村**号的张家，我家**号"),
        ({"phone": "0556-4161234"}, "打4161234找我", "打****234找我"),
    ],
)
def test_what_is_the_requesters_own_is_hidden(who: dict[str, Any], text: str, hidden: str) -> None:
    own = own_of(**who)
    assert own.hidden_in(text) == hidden
    assert own.hidden_in(hidden) == hidden


@pytest.mark.parametrize(
    ("who", "text"),
    [
        (ZHANG, "张四和李三都不满，小张庄的路，小张家湾"),
        (ZHANG, "望山村3组的路，15号楼，5组15号，3组115号，13组15号"),
        (ZHANG, "望山村3组15号门前的路灯不亮"),
        (ZHANG, "3组15号对面的井盖丢了"),
        ({"home": "幸福小区3栋2单元502室"}, "3栋2单元的楼道灯，2单元1502"),
        ({"name": "市民", "home": "不详"}, "市民反映，住址不详"),
        ({"name": "李"}, "李书记来过"),
        ({"home": "长征一路18号3栋401"}, "长征一路，18号线"),
        ({}, "张三住3组15号"),
    ],
)
def test_all_else_stays(who: dict[str, Any], text: str) -> None:
    assert own_of(**who).hidden_in(text) == text


def test_where_somebody_must_not_be_known_the_home_is_no_place_of_trouble() -> None:
    assert own_of(**ZHANG, keeps_places=False).hidden_in("3组15号门前的路灯不亮") == "*组**号门前的路灯不亮"


@pytest.mark.parametrize("unit", ["张", "张 ", "3组", "3-", "家住", "1 3 8 ", "15", "老张", "3组15号门", "一三八"])
def test_no_text_costs_more_than_its_length(unit: str) -> None:
    """Beside an ordinary one of the same length."""

    def seconds(text: str) -> float:
        took = []
        for _ in range(3):
            begun = time.process_time()
            own.hidden_in(text)
            took.append(time.process_time() - begun)
        return min(took)

    own, size = own_of(**ZHANG), 16_000
    ordinary = ("小区3号楼的电梯坏了，物业没人管，2026年3月2日报修，请尽快处理。" * size)[:size]
    assert seconds((unit * size)[:size]) < 50 * seconds(ordinary)
