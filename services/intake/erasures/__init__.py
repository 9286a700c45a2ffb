"""Erasing who spoke (删除诉求人信息), once a case has ended: its key is destroyed, and everything else stays."""
