"""Recognising what identifies a person in free text (识别个人信息): by its form, by a word before it, as it is said."""
