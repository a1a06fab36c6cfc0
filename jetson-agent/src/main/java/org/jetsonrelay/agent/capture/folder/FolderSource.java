// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.capture.folder;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import org.jetsonrelay.agent.capture.Cadence;
import org.jetsonrelay.agent.capture.Jpeg;
import org.jetsonrelay.agent.capture.Picture;
import org.jetsonrelay.agent.capture.Source;
import org.jetsonrelay.agent.capture.SourceException;

/**
 * Replays the JPEG files of a folder and its sub-folders in the order of their names, over and
 * over: at a rate, or at the distances of the time stamps in their names. The list is made once,
 * when the source is opened; each file is read when its time has come, straight into the picture. A
 * file that cannot be used is left out from then on.
 */
public final class FolderSource implements Source {

  private static final Logger LOG = System.getLogger(FolderSource.class.getName());

  /** A longer gap between two time stamps is a pause of the recording, not worth waiting for. */
  private static final long LONGEST_GAP_NANOS = 2_000_000_000;

  /** The distance where the time stamps give none. */
  private static final long USUAL_GAP_NANOS = 100_000_000;

  private static final int MOST_LEVELS = 16;

  private final Path folder;
  private final OptionalDouble fps;
  private final int mostFiles;
  private final InstantSource clock;
  private final Set<Path> unusable = new HashSet<>();

  private List<Path> files = List.of();
  private Cadence cadence = new Cadence();
  private int index;

  /**
   * Not opened yet.
   *
   * @param fps frames per second, or empty for the time stamps in the names
   * @param mostFiles how many files may be in the folder
   */
  public FolderSource(Path folder, OptionalDouble fps, int mostFiles, InstantSource clock) {
    this.folder = folder;
    this.fps = fps;
    this.mostFiles = mostFiles;
    this.clock = clock;
  }

  @Override
  public void open() throws SourceException {
    if (!Files.isDirectory(folder)) {
      throw new SourceException(
          "'"
              + folder
              + "' is not a folder; give an existing one with JPEG files in it, as in folder:recordings");
    }
    files = list();
    if (files.isEmpty()) {
      throw new SourceException(
          "there is no .jpg or .jpeg file in '" + folder + "' or the folders below it");
    }
    index = 0;
    unusable.clear();
    cadence = new Cadence();
  }

  private List<Path> list() throws SourceException {
    List<Path> found;
    try (Stream<Path> tree = Files.walk(folder, MOST_LEVELS)) {
      found = tree.filter(FolderSource::isJpegName).limit(mostFiles + 1L).sorted().toList();
    } catch (IOException | UncheckedIOException e) {
      throw new SourceException("the folder '" + folder + "' cannot be read: " + reason(e), e);
    }
    if (found.size() > mostFiles) {
      throw new SourceException(
          "there are more than "
              + mostFiles
              + " JPEG files in '"
              + folder
              + "'; give one of the folders below it");
    }
    return found;
  }

  private static boolean isJpegName(Path path) {
    String name = path.getFileName().toString().toLowerCase(Locale.ROOT);
    return (name.endsWith(".jpg") || name.endsWith(".jpeg")) && Files.isRegularFile(path);
  }

  @Override
  public Read read(Picture into, Duration timeout) throws SourceException, InterruptedException {
    if (files.isEmpty()) {
      throw new IllegalStateException("not open");
    }
    if (!cadence.await(timeout)) {
      return Read.TIMEOUT;
    }
    while (unusable.size() < files.size()) {
      Path file = files.get(index);
      boolean taken = !unusable.contains(file) && load(file, into);
      long gap = gapNanos();
      index = (index + 1) % files.size();
      if (taken) {
        cadence.next(gap);
        into.capturedAt(clock.millis());
        return Read.PICTURE;
      }
    }
    throw new SourceException("no file in '" + folder + "' is a JPEG that can be read");
  }

  private boolean load(Path file, Picture into) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long bytes = channel.size();
      if (bytes > Jpeg.MOST_BYTES) {
        return leaveOut(file, "it has more than " + Jpeg.MOST_BYTES / (1024 * 1024) + " MiB");
      }
      ByteBuffer data = into.clear((int) bytes).limit((int) bytes);
      while (data.hasRemaining() && channel.read(data) >= 0) {
        // Until the file is read or ends early.
      }
      data.flip();
      return Jpeg.begins(data) || leaveOut(file, "it is not a JPEG");
    } catch (IOException e) {
      return leaveOut(file, reason(e));
    }
  }

  private boolean leaveOut(Path file, String why) {
    if (unusable.add(file)) {
      LOG.log(Level.WARNING, "''{0}'' is left out: {1}", file, why);
    }
    return false;
  }

  /** From the file at {@link #index} to the next one. */
  private long gapNanos() {
    if (fps.isPresent()) {
      return (long) (1e9 / fps.getAsDouble());
    }
    if (index + 1 == files.size()) {
      return USUAL_GAP_NANOS;
    }
    OptionalLong here = FileTime.nanos(files.get(index).getFileName().toString());
    OptionalLong there = FileTime.nanos(files.get(index + 1).getFileName().toString());
    if (here.isEmpty() || there.isEmpty() || there.getAsLong() <= here.getAsLong()) {
      return USUAL_GAP_NANOS;
    }
    return Math.min(there.getAsLong() - here.getAsLong(), LONGEST_GAP_NANOS);
  }

  private static String reason(Exception e) {
    return e.getClass().getSimpleName() + ": " + e.getMessage();
  }

  @Override
  public String description() {
    return files.size()
        + " files of '"
        + folder
        + "' "
        + (fps.isPresent() ? "at " + fps.getAsDouble() + " fps" : "at the times in their names");
  }

  @Override
  public void close() {
    files = List.of();
  }
}
