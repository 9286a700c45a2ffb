"""Orders of hotline platforms (热线平台工单), over signed webhooks."""
