// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.protocol;

/// What a `clock_probe` says.
///
/// @param number to be repeated in the answer
/// @param sequence a camera's latest frame that has arrived, -1 for viewers
/// @param offsetMicros the client's clock less the relay's wall clock; means something when the
///   error is known
/// @param errorMicros by how much the offset may be wrong, -1 when nothing is known yet
public record ClockProbe(long number, long sequence, long offsetMicros, long errorMicros) {}
