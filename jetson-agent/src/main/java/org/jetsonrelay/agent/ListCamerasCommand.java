// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent;

import java.io.PrintWriter;
import java.util.List;
import org.jetsonrelay.agent.doctor.DeviceProbe;
import org.jetsonrelay.agent.doctor.DeviceReport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code agent list-cameras}: what could be given as a source. Filled by picocli. */
@Command(
    name = "list-cameras",
    sortOptions = false,
    usageHelpAutoWidth = true,
    description =
        "Lists the cameras of this device as they are written after --source, with the encoder that auto takes. Exit"
            + " code 3 when there is none.")
@SuppressWarnings("FieldCanBeFinal")
final class ListCamerasCommand implements Main.Tool {

  @Option(names = "--json", description = "Print one JSON array.")
  boolean json;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this and exit.")
  boolean help;

  @Override
  public ExitCode run(PrintWriter out, PrintWriter err) {
    List<DeviceReport.Camera> cameras = DeviceProbe.probe().realCameras();
    if (json) {
      out.println(DeviceReport.toJson(cameras));
    } else {
      cameras.forEach(camera -> out.println(camera.toText()));
    }
    if (cameras.isEmpty()) {
      err.println("no camera: no /dev/video*, and no nvarguscamerasrc for a CSI connector");
      return ExitCode.SOURCE;
    }
    return ExitCode.STOPPED;
  }
}
