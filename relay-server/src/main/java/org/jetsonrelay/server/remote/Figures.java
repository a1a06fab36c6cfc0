// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.remote;

/// What another relay says about its camera.
///
/// @param live whether frames come there
/// @param fps frames a second it receives
/// @param bytesPerSecond bytes of JPEG a second it receives
/// @param width pixels, 0 when unknown
/// @param height pixels, 0 when unknown
public record Figures(boolean live, double fps, double bytesPerSecond, int width, int height) {

  /// Nothing is known yet.
  public static final Figures UNKNOWN = new Figures(false, 0, 0, 0, 0);
}
