"""The pages on which people sign in and keep their account (登录页面). They work without a script, on any phone."""
