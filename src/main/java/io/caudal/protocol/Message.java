package io.caudal.protocol;

/** One message of a conversation, as in OpenAI's chat API. */
public record Message(Role role, String content) {}
