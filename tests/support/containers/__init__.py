"""What a deployment file starts, started on this machine: the same programs with the same words, without containers.

The files are read as they are. What is put in the place of a container engine:

* an image is the program in it, as this machine has it: Huiyin is this checkout, PostgreSQL the embedded one, Kafka the
  tests' own, nginx Debian's. Each gets what the image's own start does with its environment (see ``images``);
* a container's name is an address of its own in 127.0.0.0/8, so that every port stays what it is (see ``network``);
* a volume is a folder; what stands in a file as a path inside the container becomes the path of that folder.

Not there: limits of memory and processor, read-only file systems, users and capabilities, and images of monitoring.
Needs Linux, where all of 127.0.0.0/8 is this machine.
"""
