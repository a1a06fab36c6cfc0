// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.age;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.jetsonrelay.server.RelayProcess;
import org.jetsonrelay.server.pacing.Link;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What `SlowLinkTest` shows through a proxy, on a link that IP packets go over: kernel TCP with
/// its own send buffer on both sides, and the relay in a process of its own.
class AgeOnALinkTest {

  private static final int FRAME_BYTES = 45_000;

  @TempDir Path logs = Path.of("");

  @Test
  void pacedFramesAreYoungWhereUnpacedOnesWaitInQueues() throws IOException, InterruptedException {
    @Nullable String impossible = NetworkSpace.impossible();
    assumeTrue(impossible == null, () -> "no link can be made here: " + impossible);
    String relay =
        RelayProcess.command().stream()
            .map(word -> "'" + word + "'")
            .collect(Collectors.joining(" "));

    AgeFigures unpaced = onASlowLink(Contender.unpaced(relay));
    AgeFigures paced = onASlowLink(Contender.paced(relay));

    // Measured: 0.1 s against a second and more. Half leaves room for a busy machine.
    assertThat(paced.p50())
        .as("paced %s, unpaced %s", paced, unpaced)
        .isLessThan(unpaced.p50() / 2);
    assertThat(paced.fps())
        .as("paced %s, unpaced %s", paced, unpaced)
        .isGreaterThan(unpaced.fps() / 2);
  }

  private AgeFigures onASlowLink(Contender contender) throws IOException, InterruptedException {
    AgeTrial trial =
        new AgeTrial(
            Link.L1,
            Link.L1,
            "cubic",
            Answering.NORMAL,
            StampedJpeg.picture(FRAME_BYTES),
            30,
            1,
            2,
            6);
    return trial.run(contender, 1, logs).figures();
  }
}
