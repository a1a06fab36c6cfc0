// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent;

/** What the process says to whoever started it. */
enum ExitCode {
  STOPPED(0, "stopped by a signal, or the command did its work"),
  USAGE(2, "an option, a variable, the file or a value in them is wrong"),
  SOURCE(3, "no source can be used on this machine; doctor: nothing can be captured"),
  REFUSED(4, "the relay refuses the token or the camera"),
  FAILED(5, "the agent itself failed; the log says where"),
  MEMORY(6, "more memory in use than --max-rss; start it again"),
  HUNG(7, "a source hung in a driver for longer than --hang-limit; start it again"),
  NO_RELAY(8, "no relay announces itself on this network, or more than one");

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
