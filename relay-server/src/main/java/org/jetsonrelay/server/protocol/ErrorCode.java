// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.protocol;

/// What a client did wrong: the `code` of an `error`, with a sentence for people.
public enum ErrorCode {
  /// Not JSON, not an object, or a field that is not what it must be.
  BAD_JSON("bad_json", "This is not a message of the protocol"),
  /// A `type` this relay doesn't know, or none.
  UNKNOWN_TYPE("unknown_type", "Unknown message type"),
  /// A `clientType` other than `jetson` and `flutter`, or none.
  UNKNOWN_CLIENT_TYPE("unknown_client_type", "Unknown client type"),
  /// Only a viewer may send this.
  NOT_A_VIEWER("not_a_viewer", "Only a flutter client may send this"),
  /// Only a publisher may send this.
  NOT_A_CAMERA("not_a_camera", "Only a jetson client may send this"),
  /// A binary message that is neither a JPEG nor announced as something else.
  NOT_AN_IMAGE("not_an_image", "The binary message is not a JPEG"),
  /// A camera of this name does not exist.
  UNKNOWN_CAMERA("unknown_camera", "Unknown camera"),
  /// A limit on size or number was exceeded.
  TOO_LARGE("too_large", "The message exceeds a limit"),
  /// No credential, or not one that allows this.
  UNAUTHORIZED("unauthorized", "The token does not allow this"),
  /// The name belongs to a connection with another credential.
  NAME_TAKEN("name_taken", "The camera name is in use");

  private final String wireName;
  private final String sentence;

  ErrorCode(String wireName, String sentence) {
    this.wireName = wireName;
    this.sentence = sentence;
  }

  /// The value of `code`.
  public String wireName() {
    return wireName;
  }

  /// The sentence alone.
  public String message() {
    return sentence;
  }

  /// The sentence and the value that offended, shortened and escaped.
  public String message(String offending) {
    return sentence + ": " + Shown.value(offending);
  }
}
