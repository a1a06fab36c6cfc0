// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.protocol;

/// One element of a `camera_list`.
///
/// @param name the camera's name
/// @param from the publisher's client id
/// @param live whether frames are coming
/// @param fps frames a second received lately
/// @param width pixels of the latest frame, 0 before the first
/// @param height pixels of the latest frame, 0 before the first
/// @param viewers how many viewers watch it
public record CameraEntry(
    String name, String from, boolean live, double fps, int width, int height, int viewers) {}
