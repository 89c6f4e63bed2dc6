/**
 * Where a frame ends: {@link dev.pollux.frame.Framing} knows it for one format, and
 * {@link dev.pollux.frame.FrameReader} walks through the frames of a stretch of bytes.
 *
 * <p>Owns no memory and makes no system call, so all of it can be tested on plain segments. Must not import
 * anything of ours.
 */
package dev.pollux.frame;
