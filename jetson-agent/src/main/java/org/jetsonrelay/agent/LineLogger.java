// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.text.MessageFormat;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ResourceBundle;
import org.jspecify.annotations.Nullable;

/**
 * One line per message: time, level, text. The JDK's own loggers are heard from warnings upwards
 * only.
 */
final class LineLogger implements System.Logger {

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS").withZone(ZoneId.systemDefault());

  private final String name;
  private final PrintStream out;

  LineLogger(String name, PrintStream out) {
    this.name = name;
    this.out = out;
  }

  @Override
  public String getName() {
    return name;
  }

  @Override
  public boolean isLoggable(Level level) {
    Level least = LineLoggerFinder.threshold();
    if (!name.startsWith("org.jetsonrelay.") && least.compareTo(Level.WARNING) < 0) {
      least = Level.WARNING;
    }
    return level != Level.OFF && level.compareTo(least) >= 0;
  }

  @Override
  public void log(
      Level level,
      @Nullable ResourceBundle bundle,
      @Nullable String text,
      @Nullable Throwable thrown) {
    if (isLoggable(level)) {
      write(level, String.valueOf(text), thrown);
    }
  }

  @Override
  public void log(
      Level level,
      @Nullable ResourceBundle bundle,
      @Nullable String format,
      Object @Nullable ... values) {
    if (isLoggable(level)) {
      Throwable thrown = null;
      if (values != null
          && values.length > 0
          && values[values.length - 1] instanceof Throwable last) {
        thrown = last;
      }
      boolean plain = format == null || values == null || values.length == 0;
      write(level, plain ? String.valueOf(format) : MessageFormat.format(format, values), thrown);
    }
  }

  private void write(Level level, String text, @Nullable Throwable thrown) {
    StringBuilder line = new StringBuilder(160);
    line.append(TIME.format(Instant.now())).append(' ');
    line.append(String.format("%-7s ", level)).append(text);
    if (thrown != null) {
      StringWriter trace = new StringWriter();
      thrown.printStackTrace(new PrintWriter(trace));
      line.append(System.lineSeparator()).append(trace.toString().stripTrailing());
    }
    // One call, so that lines of two threads do not mix.
    out.println(line);
  }
}
