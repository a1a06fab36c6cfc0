// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent;

/** What the process says to whoever started it. */
enum ExitCode {
  STOPPED(0, "stopped by a signal, after closing the connection"),
  USAGE(2, "an option, an environment variable or its value is wrong"),
  SOURCE(3, "the source cannot be used on this machine"),
  REFUSED(4, "the relay refuses the token or the camera"),
  FAILED(5, "the agent itself failed; the log says where");

  private final int code;
  private final String meaning;

  ExitCode(int code, String meaning) {
    this.code = code;
    this.meaning = meaning;
  }

  int code() {
    return code;
  }

  String meaning() {
    return meaning;
  }
}
