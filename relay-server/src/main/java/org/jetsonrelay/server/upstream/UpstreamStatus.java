// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.upstream;

/// How the link to the relay above stands, for `/stats`.
///
/// @param address where that is
/// @param connected whether it is connected
/// @param cameras cameras shown here
/// @param refused cameras not shown, because they have come through this relay or too many others
/// @param receivedFrames frames taken from it
/// @param receivedBytes their bytes
/// @param overtaken frames replaced by a newer one before they reached the hub
/// @param lastProblem why it was not connected last; empty when it always was
public record UpstreamStatus(
    String address,
    boolean connected,
    int cameras,
    int refused,
    long receivedFrames,
    long receivedBytes,
    long overtaken,
    String lastProblem) {}
