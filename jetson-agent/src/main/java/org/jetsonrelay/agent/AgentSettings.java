// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent;

import java.lang.System.Logger.Level;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jetsonrelay.agent.capture.CaptureSettings;
import org.jetsonrelay.agent.policy.QualitySettings;
import org.jetsonrelay.agent.uplink.UplinkSettings;

/**
 * All that an agent was told.
 *
 * @param relay the relay's WebSocket address
 * @param cameras at least one
 * @param logLevel what is logged: this and all that is worse
 * @param capture the limits of each camera's capture thread
 * @param uplink the limits of each camera's connection
 * @param minQuality how far the JPEG quality may be lowered; without it, not at all
 */
record AgentSettings(
    URI relay,
    List<CameraSettings> cameras,
    Level logLevel,
    CaptureSettings capture,
    UplinkSettings.Limits uplink,
    OptionalInt minQuality) {

  /** How many cameras one process may serve. */
  static final int MOST_CAMERAS = 16;

  /** What one camera's uplink has to know. */
  UplinkSettings uplinkOf(CameraSettings camera) {
    Optional<QualitySettings> quality =
        minQuality.isEmpty()
            ? Optional.empty()
            : Optional.of(
                QualitySettings.between(
                    Math.min(minQuality.getAsInt(), camera.quality()), camera.quality()));
    return new UplinkSettings(
        relay, camera.name(), camera.token(), camera.alwaysOn(), quality, uplink);
  }

  /** What one camera's capture thread has to know. */
  CaptureSettings captureOf(CameraSettings camera) {
    return camera.fps().isPresent() ? capture.forRate(camera.fps().getAsDouble()) : capture;
  }
}
