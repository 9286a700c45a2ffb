"""Erasing who spoke (删除诉求人信息), or lived somewhere (删除户内信息), once nothing needs it: by destroying a key."""
