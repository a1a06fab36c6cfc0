// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.timing;

/// How long a hop took over the last ten to twenty seconds, in milliseconds.
///
/// @param p50Millis half of the frames were as fast or faster
/// @param p95Millis 19 of 20 were
/// @param p99Millis 99 of 100 were
/// @param errorMillis by how much each of these may be wrong: clocks, the unknown half of a round
///   trip, and the histogram's resolution
/// @param frames how many frames that is
public record Latency(
    double p50Millis, double p95Millis, double p99Millis, double errorMillis, long frames) {}
