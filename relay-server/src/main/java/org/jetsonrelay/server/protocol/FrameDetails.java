// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.protocol;

/// What `image_frame` also says to a client with the feature `frame_details`.
///
/// @param camera the camera's name
/// @param sequence the frame's sequence in its camera
/// @param capturedAtMillis when it was captured, in milliseconds since 1970 by the relay's clock
/// @param width pixels
/// @param height pixels
/// @param ageMillis from capture to now, corrected for the camera's clock
/// @param skipped frames of this camera this viewer did not get since its last one
/// @param ageErrorMillis by how much the age may be wrong, -1 when nobody can say
public record FrameDetails(
    String camera,
    long sequence,
    long capturedAtMillis,
    int width,
    int height,
    long ageMillis,
    long skipped,
    long ageErrorMillis) {}
