"""The door: admission of media and Label Studio requests. Nothing imports it."""
