/** The demo: conversations, a killed TaskManager in their midst, an audit of every answer. */
@NullMarked
package io.caudal.cli.demo;

import org.jspecify.annotations.NullMarked;
