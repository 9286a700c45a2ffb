"""What somebody is employed to do (角色): the word that rights hang on, in a token and at a post of a pack alike."""

from enum import StrEnum


class Role(StrEnum):
    """What somebody is employed to do (角色)."""

    OPERATOR = "operator"
    VISITOR = "visitor"
    DISPATCHER = "dispatcher"
    HANDLER = "handler"
    CALLER = "caller"
    SUPERVISOR = "supervisor"
    LEADER = "leader"
    MEDIATOR = "mediator"
    INTEGRATOR = "integrator"
    AUDITOR = "auditor"
    ADMIN = "admin"
