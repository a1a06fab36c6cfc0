// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.protocol;

/// WebSocket close codes the relay uses: those of RFC 6455, section 7.4.1, and its own from the
/// range for applications, 4000 to 4999.
public final class CloseCodes {

  /// The conversation is finished.
  public static final int NORMAL = 1000;

  /// The relay shuts down.
  public static final int GOING_AWAY = 1001;

  /// A frame that RFC 6455 forbids.
  public static final int PROTOCOL_ERROR = 1002;

  /// A kind of data that is not accepted.
  public static final int UNSUPPORTED_DATA = 1003;

  /// A text message that is not UTF-8.
  public static final int NOT_UTF8 = 1007;

  /// A message above the limit.
  public static final int TOO_BIG = 1009;

  /// A defect in the relay.
  public static final int INTERNAL_ERROR = 1011;

  /// No credential, or an unknown one.
  public static final int UNAUTHORIZED = 4401;

  /// A known credential that does not allow this.
  public static final int FORBIDDEN = 4403;

  /// No registration in time, or silence for too long.
  public static final int TIMEOUT = 4408;

  /// A newer connection has taken over the camera's name.
  public static final int REPLACED = 4409;

  /// Too many control messages wait for a client that does not read.
  public static final int TOO_MANY_MESSAGES = 4429;

  private CloseCodes() {}
}
