/** Reads a Hugging Face model folder: architecture, weights, stop ids. */
@NullMarked
package io.caudal.engine.model;

import org.jspecify.annotations.NullMarked;
