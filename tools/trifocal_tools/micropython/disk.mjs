// A folder of the real disk as an Emscripten file system (the npm build has no NODEFS). Every write goes straight to
// the disk; a flush, a close after writing, a rename and a removal are on it, safe from power loss, before they return.

import fs from "node:fs";
import os from "node:os";
import path from "node:path";

// Emscripten counts errors as WASI does, firmware as MicroPython and everybody else do. Its own code asks only for this:
const NOT_THERE = 44;

export function mountDisk(FS, folder, mountpoint, readOnly = false) {
  const root = fs.realpathSync(folder);

  function attempt(call) {
    try {
      return call();
    } catch (error) {
      if (error.code === undefined) throw error;
      const { [error.code]: number = os.constants.errno.EIO } = os.constants.errno;
      throw new FS.ErrnoError(error.code === "ENOENT" ? NOT_THERE : number);
    }
  }

  function attemptChange(call) {
    if (readOnly) throw new FS.ErrnoError(os.constants.errno.EROFS);
    return attempt(call);
  }

  function realPath(node) {
    const parts = [];
    for (; node.parent !== node; node = node.parent) parts.unshift(node.name);
    return path.join(root, ...parts);
  }

  function syncFolder(node) {
    if (process.platform === "win32") return; // Windows cannot open a folder
    const fd = fs.openSync(realPath(node), "r");
    try {
      fs.fsyncSync(fd);
    } finally {
      fs.closeSync(fd);
    }
  }

  function makeNode(parent, name, mode) {
    const node = FS.createNode(parent, name, mode, 0);
    node.node_ops = nodeOps;
    node.stream_ops = streamOps;
    return node;
  }

  const nodeOps = {
    getattr(node) {
      const { mode, size, blocks, atime, mtime, ctime } = attempt(() => fs.statSync(realPath(node)));
      const fixed = { dev: 1, ino: node.id, nlink: 1, uid: 0, gid: 0, rdev: 0, blksize: 4096 };
      return { ...fixed, mode, size, blocks: blocks ?? 0, atime, mtime, ctime };
    },
    setattr(node, attr) {
      if (attr.size !== undefined) attemptChange(() => fs.truncateSync(realPath(node), attr.size));
    },
    lookup(parent, name) {
      return makeNode(parent, name, attempt(() => fs.statSync(path.join(realPath(parent), name))).mode);
    },
    mknod(parent, name, mode) {
      attemptChange(() => {
        const made = path.join(realPath(parent), name);
        if (FS.isDir(mode)) fs.mkdirSync(made);
        else fs.closeSync(fs.openSync(made, "wx"));
        syncFolder(parent);
      });
      return makeNode(parent, name, mode);
    },
    rename(node, newParent, newName) {
      attemptChange(() => {
        fs.renameSync(realPath(node), path.join(realPath(newParent), newName));
        syncFolder(newParent);
        if (newParent !== node.parent) syncFolder(node.parent);
      });
      FS.hashRemoveNode(FS.lookupNode(newParent, newName)); // what lay there before, if anybody had looked
      node.name = newName;
      node.parent = newParent;
    },
    unlink(parent, name) {
      attemptChange(() => {
        fs.unlinkSync(path.join(realPath(parent), name));
        syncFolder(parent);
      });
    },
    rmdir(parent, name) {
      attemptChange(() => fs.rmdirSync(path.join(realPath(parent), name)));
    },
    readdir(node) {
      return [".", "..", ...attempt(() => fs.readdirSync(realPath(node)))];
    },
    statfs() {
      const { bsize, blocks, bfree, bavail } = attempt(() => fs.statfsSync(root));
      return { bsize, frsize: bsize, blocks, bfree, bavail, files: 0, ffree: 0, fsid: 1, flags: 0, namelen: 255 };
    },
  };

  const streamOps = {
    open(stream) {
      if (FS.isDir(stream.node.mode)) return;
      const writes = (stream.flags & 3) !== 0;
      stream.written = false;
      const open = () => fs.openSync(realPath(stream.node), writes ? "r+" : "r");
      stream.realFd = writes ? attemptChange(open) : attempt(open);
    },
    close(stream) {
      if (stream.realFd === undefined) return;
      attempt(() => {
        try {
          if (stream.written) fs.fsyncSync(stream.realFd);
        } finally {
          fs.closeSync(stream.realFd);
        }
      });
    },
    fsync(stream) {
      if (stream.written) attempt(() => fs.fsyncSync(stream.realFd));
      stream.written = false;
      return 0;
    },
    read(stream, buffer, offset, length, position) {
      const view = Buffer.from(buffer.buffer, buffer.byteOffset + offset, length);
      return attempt(() => fs.readSync(stream.realFd, view, 0, length, position));
    },
    write(stream, buffer, offset, length, position) {
      const view = Buffer.from(buffer.buffer, buffer.byteOffset + offset, length);
      stream.written = true;
      for (let done = 0; done < length; ) {
        done += attemptChange(() => fs.writeSync(stream.realFd, view, done, length - done, position + done));
      }
      return length;
    },
    llseek(stream, offset, whence) {
      let position = offset;
      if (whence === 1) position += stream.position;
      else if (whence === 2) position += attempt(() => fs.fstatSync(stream.realFd).size);
      if (position < 0) throw new FS.ErrnoError(28);
      return position;
    },
  };

  FS.mkdirTree(mountpoint);
  FS.mount({ mount: () => makeNode(null, "/", fs.statSync(root).mode) }, {}, mountpoint);
}
