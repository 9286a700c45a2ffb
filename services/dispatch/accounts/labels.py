"""The words of the pages of accounts, in Chinese and English."""

from collections.abc import Mapping

from libs.common.security.principal import Role
from libs.common.web.frame import Words

PAGE: Mapping[str, Words] = {
    "sign_in": ("登录", "Sign in"),
    "name": ("工号或手机号", "Staff number or phone"),
    "password": ("密码", "Password"),
    "first_time": (
        "首次登录请使用管理员发放的初始密码，登录后须修改。",
        "First time? Use the password you were given.",
    ),
    "forgotten": ("忘记密码请联系本单位系统管理员重新发放。", "Forgotten it? Ask your administrator for a new one."),
    "elsewhere": (
        "本单位通过统一身份认证登录，请从统一门户进入。",
        "Staff here sign in with the place's identity provider.",
    ),
    "second_factor": ("动态验证码", "Second factor"),
    "code": ("验证码", "Code"),
    "code_how": (
        "请输入手机验证器中的六位数字；手机不在身边时可输入恢复码。",
        "Enter the six digits of your app, or a recovery code.",
    ),
    "go_on": ("继续", "Continue"),
    "confirm": ("确认启用", "Confirm"),
    "leave": ("退出登录", "Sign out"),
    "own_password": ("设置您自己的密码", "Choose your own password"),
    "own_password_why": (
        "初始密码他人知晓，只用这一次。",
        "Somebody else knows the first password: it is used once.",
    ),
    "new_password": ("新密码", "New password"),
    "old_password": ("原密码", "Present password"),
    "again": ("再次输入新密码", "The new password again"),
    "differ": ("两次输入的新密码不一致", "The two new passwords differ"),
    "password_rule": (
        "至少 12 个字符，可以是一句话；不得含工号、手机号或常见密码，不要求大小写和符号。",
        "At least 12 characters; a sentence will do.",
    ),
    "enrol": ("启用动态验证码", "Set up a second factor"),
    "enrol_how": (
        "用手机上的验证器应用扫描下图，再输入应用显示的六位数字。",
        "Scan this with an authenticator app, then enter the six digits that it shows.",
    ),
    "enrol_link": ("在这部手机上打开验证器", "Open the app on this phone"),
    "enrol_type": ("不能扫描时，可手工输入密钥：", "Or type this secret:"),
    "recovery": ("请保存恢复码", "Keep your recovery codes"),
    "recovery_how": (
        "手机丢失时，每个恢复码可代替验证码使用一次。现在请抄写或打印，以后不再显示。",
        "Each is good once when your phone is lost. They are never shown again.",
    ),
    "kept_them": ("已保存，继续", "I have kept them"),
    "which_unit": ("请选择任职单位", "For which unit?"),
    "which_unit_why": (
        "您在多个单位任职，本次以哪个单位的身份办理？之后可以切换。",
        "You hold posts in several units. You can switch later.",
    ),
    "county_page": ("打开县域看板", "Open the county page"),
    "switch": ("切换任职单位", "Act for another unit"),
    "account": ("我的账号", "My account"),
    "sessions": ("登录中的设备", "Where you are signed in"),
    "sessions_how": (
        "只保存设备类型和网段，不保存完整地址。有不认识的设备，请退出它并修改密码。",
        "Of addresses only the network is kept. Do you not know one? End it, and change your password.",
    ),
    "this_one": ("本机", "this one"),
    "network": ("网段", "network"),
    "begun": ("登录", "signed in"),
    "used": ("最近使用", "last used"),
    "end_it": ("退出此设备", "End it"),
    "end_all": ("退出所有设备", "Sign out everywhere"),
    "totp_on": ("已启用，自", "In use since"),
    "codes_left": ("剩余恢复码", "recovery codes left"),
    "totp_why": ("除密码外再用手机验证，密码泄露时他人也无法登录。", "Beside the password, a code from your phone."),
    "totp_take_off": ("停用动态验证码", "Take it off"),
    "change_password": ("修改密码", "Change password"),
    "back": ("返回", "Back"),
    "password_changed": ("密码已修改，其他设备已退出。", "Changed; every other session was ended."),
    "session_over": ("登录已失效，请重新登录。", "Your session has ended; sign in again."),
}

ROLES: Mapping[Role, Words] = {
    Role.OPERATOR: ("接线受理", "operator"),
    Role.VISITOR: ("走访登记", "visitor"),
    Role.DISPATCHER: ("派单", "dispatcher"),
    Role.HANDLER: ("承办", "handler"),
    Role.CALLER: ("回访", "caller"),
    Role.SUPERVISOR: ("督办", "supervisor"),
    Role.LEADER: ("领导", "leader"),
    Role.MEDIATOR: ("调解", "mediator"),
    Role.INTEGRATOR: ("系统对接", "integrator"),
    Role.AUDITOR: ("审计", "auditor"),
    Role.ADMIN: ("系统管理", "administrator"),
}
