// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.settings;

import java.lang.System.Logger.Level;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import javax.net.ssl.SSLContext;
import org.jetsonrelay.agent.capture.CaptureSettings;
import org.jetsonrelay.agent.discovery.WantedRelay;
import org.jetsonrelay.agent.policy.QualitySettings;
import org.jetsonrelay.agent.uplink.UplinkSettings;

/**
 * All that an agent was told.
 *
 * @param relay the relay's WebSocket address
 * @param wanted which announced relay was to be looked for, if it was; {@code relay} is where it
 *     was found
 * @param trust whom to take for the relay; without it whoever the JVM trusts
 * @param cameras at least one
 * @param logLevel what is logged: this and all that is worse
 * @param config the file that some of it was read from
 * @param mostResidentBytes the process ends when it has more memory than this
 * @param hang the process ends when a source has not returned from a call for so long
 * @param capture the limits of each camera's capture thread
 * @param uplink the limits of each camera's connection
 * @param minQuality how far the JPEG quality may be lowered; without it, not at all
 */
public record AgentSettings(
    URI relay,
    Optional<WantedRelay> wanted,
    Optional<SSLContext> trust,
    List<CameraSettings> cameras,
    Level logLevel,
    Optional<Path> config,
    OptionalLong mostResidentBytes,
    Duration hang,
    CaptureSettings capture,
    UplinkSettings.Limits uplink,
    OptionalInt minQuality) {

  /** How many cameras one process may serve. */
  public static final int MOST_CAMERAS = 16;

  /** Keeps a copy. */
  public AgentSettings {
    cameras = List.copyOf(cameras);
  }

  /** What one camera's uplink has to know. */
  public UplinkSettings uplinkOf(CameraSettings camera) {
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
  public CaptureSettings captureOf(CameraSettings camera) {
    return camera.fps().isPresent() ? capture.forRate(camera.fps().getAsDouble()) : capture;
  }
}
