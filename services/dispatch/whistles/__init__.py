"""The whistle (街乡吹哨、部门报到): a street summons units to a case; they acknowledge, come, and do their part."""
