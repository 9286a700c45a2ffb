"""Names and homes that somebody gives as the own ones: 我叫…, 本人…, 家住… (自报姓名与住址).

Names in Chinese have no form of their own, so only what stands behind such a word is found, and only with a surname
that is one of the usual ones.
"""

import re
from collections.abc import Callable

from libs.common.security.identifiers.numbers import Pass, pass_of
from libs.common.security.identifiers.signs import STAR

SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳鲍史唐费廉"
    "岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹姚邵湛汪祁毛禹狄米贝明臧计伏成戴谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵"
    "席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯昝管卢莫经房裘缪干解应宗丁宣贲邓郁单杭洪包诸左石崔吉钮龚程嵇邢滑裴陆"
    "荣翁荀羊於惠甄曲家封芮羿储靳汲邴糜松井段富巫乌焦巴弓牧隗山谷车侯宓蓬全郗班仰秋仲伊宫宁仇栾暴甘厉戎祖武符刘景詹束龙叶幸司韶郜黎蓟薄印"
    "宿白怀蒲邰从鄂索咸籍赖卓蔺屠蒙池乔阴胥能苍双闻莘党翟谭贡劳逄姬申扶堵冉宰郦雍璩桑桂濮牛寿通边扈燕冀郏浦尚农温别庄晏柴瞿阎充慕连茹习宦艾"
    "鱼容向古易慎戈廖庾终暨居衡步都耿满弘匡国文寇广禄阙东欧殳沃利蔚越夔隆师巩厍聂晁勾敖融冷訾辛阚那简饶空曾毋沙乜养鞠须丰巢关蒯相查后荆红游"
    "竺权逯盖益桓公肖涂付代闫仝佟苟佘佴覃佀岳阳镡缑亓晋楚帅仉甯闾筱么揭"
)
"""The Hundred Family Names (百家姓), and those that became usual since."""
DOUBLE_SURNAMES = (
    "欧阳|太史|端木|上官|司马|东方|独孤|南宫|万俟|闻人|夏侯|诸葛|尉迟|公羊|赫连|澹台|皇甫|宗政|濮阳|公冶|太叔|申屠|公孙|慕容|仲孙|钟离|"
    "长孙|宇文|司徒|鲜于|司空|闾丘|子车|亓官|司寇|巫马|公西|颛孙|壤驷|公良|漆雕|乐正|宰父|谷梁|拓跋|夹谷|轩辕|令狐|段干|百里|呼延|东郭|"
    "南门|羊舌|微生|梁丘|左丘|东门|西门|第五"
)
_HAN = r"[\u3400-\u9fff]"
_GIVEN = rf"(?!先生|女士|小姐|同志|师傅|老师|大爷|大妈|某)\s?{_HAN}(?:\s?{_HAN})??"
_NAME = rf"(?:(?:{DOUBLE_SURNAMES}){_GIVEN}|[{SURNAMES}]{_GIVEN})"
_THREE = rf"(?:(?:{DOUBLE_SURNAMES}){_HAN}{{1,2}}|[{SURNAMES}]{_HAN}{{2}})"
_ENDS = (
    rf"(?=$|[^\w]|_|[0-9A-Za-z]|家住|家在|住在|住|现住|现年|今年|今天|现在|是一|系|男|女|身份证|电话|手机|联系|来自|户籍|户口|"
    rf"出生|汉族|因|在{_HAN}|我)"
)
_IS = r"[\s:：]{0,3}"
_NAMED = re.compile(
    rf"(?:我(?:的)?(?:名字|姓名)?(?:叫做?|是叫)|我的?(?:名字|姓名)(?:是|为|[:：])|本人(?:姓)?名(?:字)?(?:叫|是|为|[:：])|本人叫|"
    rf"(?<!地)(?<!地区)姓名(?:是|为)?[:：]|名叫|(?:联系|诉求|反映|投诉|举报|来电|申请|求助|信访|报修|当事|反应)人(?:姓名)?(?:是|为)?[:：]){_IS}"
    rf"(?P<id>{_NAME}){_ENDS}"
)
_NOT_MEANT = (
    r"(?![于向从和对曾应常方时明因有已同全在单能都自乐安边经不支房党成强费车]"
    r"|家[庭属人]|农民|(?:华|万|金|国).城)"
)
"""Surnames that are everyday words, too: behind 本人 they are these."""
_SELF = re.compile(
    rf"本人(?:是)?{_IS}{_NOT_MEANT}(?P<id>{_NAME})"
    rf"(?=[，,、\s（(]{{0,2}}(?:家住|男|女|系|现年|身份证|住在|现住|电话|[0-9]{{2}}岁|(?<=[，,、\s])[0-9]{{4}}年))"
    rf"|本人(?:是)?{_IS}{_NOT_MEANT}(?P<whole>{_THREE})(?=$|[，,。（(：:])"
)
_I_AM = re.compile(
    rf"我是{_IS}(?P<id>{_NAME})(?=\s?[，,、。：:（(]?\s?(?:我?家住|住址|家在|现住|身份证|电话|手机|联系电话|男[，,。]|女[，,。]|现年|今年[0-9]|(?:\+|00)?1[3-9][0-9*]))"
)
_LEVEL = r"(?:[0-9０-９A-Za-z]{1,5}|[一二三四五六七八九十百]{1,4})"
_HOME_WORD = (
    r"(?:家住在?|我家在|我住在?|本人住在?|现住在?|居住在|住址[为是]?|家庭住址[为是]?|家庭地址[为是]?|"
    r"[，,。；\s]住在)"
)
_TO_THE_DOOR = re.compile(
    rf"{_HOME_WORD}[\s:：]{{0,3}}(?P<place>[^，。；,;!！?？\n]{{0,30}}?)"
    rf"(?P<id>{_LEVEL}\s?(?:组|队|社|弄|巷|胡同|栋|幢|座|号楼|单元|门|楼|号院|[-—#/])\s?"
    rf"(?:{_LEVEL}\s?(?:单元|门|楼|层|栋|号楼|[-—#/])\s?){{0,3}}"
    rf"(?:[0-9０-９A-Za-z]{{1,5}}|{_LEVEL}\s?(?=室|号|户|房))\s?(?:室|号(?!楼|线|路)|户|房)?(?![0-9０-９]))"
)
_FIGURE = re.compile(r"[0-9０-９A-Za-z一二三四五六七八九十百]")


def _hide_name(match: re.Match[str]) -> str:
    part = match.lastgroup or "id"
    begin, name = match.start(part) - match.start(), match[part]
    hidden = "".join([sign if sign.isspace() else STAR for sign in name])
    return match[0][:begin] + hidden + match[0][begin + len(name) :]


def _hide_door(match: re.Match[str]) -> str:
    begin, found = match.start("id") - match.start(), match["id"]
    return match[0][:begin] + _FIGURE.sub(STAR, found) + match[0][begin + len(found) :]


def _says(*words: str) -> Callable[[str], bool]:
    return lambda text: any(word in text for word in words)


NAMES: tuple[Pass, ...] = (
    pass_of(_NAMED, _hide_name, _says("我叫", "名叫", "本人", "姓名", "名字", "人：", "人:", "我是叫")),
    pass_of(_SELF, _hide_name, _says("本人")),
    pass_of(_I_AM, _hide_name, _says("我是")),
    pass_of(_TO_THE_DOOR, _hide_door, _says("住", "我家在", "地址")),
)
"""Last, since a star ends a name as a full stop does."""
