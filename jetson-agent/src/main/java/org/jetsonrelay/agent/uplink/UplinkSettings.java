// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.uplink;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import org.jetsonrelay.agent.policy.QualitySettings;

/**
 * Where one camera is published and within which limits.
 *
 * @param relay the relay's WebSocket address
 * @param name the camera's name; without one the relay chooses
 * @param token what the relay may want to see before it takes the camera
 * @param always capture and send whether or not anybody watches
 * @param quality within which bounds the JPEG quality follows uplink and audience; without it the
 *     quality is the source's own
 * @param limits all that has a limit
 */
public record UplinkSettings(
    URI relay,
    Optional<String> name,
    Optional<String> token,
    boolean always,
    Optional<QualitySettings> quality,
    Limits limits) {

  /**
   * Times and sizes.
   *
   * @param connect how long the handshake may take
   * @param register how long the relay may take to answer the registration
   * @param ping the distance of pings; a relay silent for two of them is taken for dead
   * @param send how long one frame may take on its way into the kernel
   * @param linger how long to go on capturing while the connection is lost
   * @param retryFirst the longest wait after the first failure
   * @param retryLast the longest wait after many
   * @param steady how long a registration must have held for earlier failures to be forgotten
   * @param replaced how long to stay away at least when another agent has taken this camera's name
   * @param closing how long the relay may take to answer a close
   * @param messageChars the longest message taken from a relay
   */
  public record Limits(
      Duration connect,
      Duration register,
      Duration ping,
      Duration send,
      Duration linger,
      Duration retryFirst,
      Duration retryLast,
      Duration steady,
      Duration replaced,
      Duration closing,
      int messageChars) {

    /** What suits a LAN. */
    public static Limits defaults() {
      return new Limits(
          Duration.ofSeconds(10),
          Duration.ofSeconds(10),
          Duration.ofSeconds(10),
          Duration.ofSeconds(10),
          Duration.ofSeconds(10),
          Duration.ofMillis(250),
          Duration.ofSeconds(5),
          Duration.ofSeconds(10),
          Duration.ofSeconds(30),
          Duration.ofMillis(1500),
          64 * 1024);
    }

    /** The same with another distance of pings. */
    public Limits withPing(Duration other) {
      return new Limits(
          connect,
          register,
          other,
          send,
          linger,
          retryFirst,
          retryLast,
          steady,
          replaced,
          closing,
          messageChars);
    }
  }
}
