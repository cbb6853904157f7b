/**
 * Chat messages to token ids, token ids to safe UTF-8 pieces: tokenizer, chat template, stop
 * strings.
 */
@NullMarked
package io.caudal.text;

import org.jspecify.annotations.NullMarked;
