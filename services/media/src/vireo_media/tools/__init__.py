"""The only place where ffmpeg, ffprobe and OpenCV meet a stranger's file.

sandbox     runs one program inside bounds (memory, time, file size, files it may open, no network)
launcher    the few lines that set those bounds inside the child, before the program starts
ffmpeg      the arguments every ffmpeg and ffprobe call shares
probe       is this a video, and what is in it?
packets     reads what ffprobe prints
transcode   the MP4 that is published: streams copied, or encoded
thumbnail   one frame as JPEG; thumbnail_child is the process in which OpenCV runs

Nothing here decodes in the calling process, and the calling process never imports OpenCV.
"""
