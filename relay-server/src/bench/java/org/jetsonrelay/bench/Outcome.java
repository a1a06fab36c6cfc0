// SPDX-License-Identifier: MIT
package org.jetsonrelay.bench;

/// What one measurement gave. Times are in milliseconds; not a number where there was nothing to
/// measure.
///
/// @param fps frames a second that each camera was meant to send
/// @param offered frames due × viewers that read
/// @param delivered of these, how many arrived
/// @param deliveredBytes their JPEG bytes
/// @param cpuSeconds the relay's, user and system
/// @param seconds length of the window
/// @param p50 from the time a frame was due to its last byte at a viewer
/// @param p99 the same
/// @param p999 the same
/// @param lateP99 how late the publishers began to send; the load generator's or the relay's fault
/// @param rssMegabytes the relay's resident memory at the end
record Outcome(
    double fps,
    long offered,
    long delivered,
    long deliveredBytes,
    double cpuSeconds,
    double seconds,
    double p50,
    double p99,
    double p999,
    double lateP99,
    double rssMegabytes) {

  double cpuPercent() {
    return 100 * cpuSeconds / seconds;
  }

  double megabytesPerCpuSecond() {
    return deliveredBytes == 0 || cpuSeconds == 0 ? Double.NaN : deliveredBytes / 1e6 / cpuSeconds;
  }

  double skippedPercent() {
    return offered == 0 ? Double.NaN : 100.0 * (offered - delivered) / offered;
  }

  double deliveredFps(Scenario scenario) {
    return scenario.cameras() == 0
        ? Double.NaN
        : delivered / seconds / scenario.healthy() / scenario.cameras();
  }
}
