"""Events about the county's directory: areas, units, duties, limits, formulas."""

from typing import Any, ClassVar

from libs.common.events.base import Event


class PackPublished(Event):
    """A county pack version took effect. It travels whole, so that no service ever sees half a version."""

    type_name: ClassVar[str] = "cn.huiyin.directory.pack_published"

    place_code: str
    version: int
    digest: str
    document: dict[str, Any]

    @property
    def key(self) -> str:
        return self.place_code
