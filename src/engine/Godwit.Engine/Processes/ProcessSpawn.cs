using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;

namespace Godwit.Engine.Processes;

/// <summary>
/// Starts a process at the head of a process group of its own, which <see cref="System.Diagnostics.Process"/> cannot: only so all that it starts can be
/// ended with it (https://pubs.opengroup.org/onlinepubs/9799919799/functions/posix_spawn.html).
/// </summary>
internal static unsafe partial class ProcessSpawn
{
    private const int Interrupted = 4, PipeSignal = 13, ByProcess = 1;
    private const short OwnGroup = 0x02, DefaultSignals = 0x04, SignalMask = 0x08, OwnSession = 0x80;
    private const int Exited = 4, LeaveWaiting = 0x01000000;

    /// <summary>The descriptor after those that every process has.</summary>
    public const int Third = 3;

    /// <summary>More than any C library's attributes, actions and signal sets take.</summary>
    private const int Room = 1024;

    /// <param name="arguments">The program, looked up in PATH when it has no slash, and its arguments.</param>
    /// <param name="environment">All of its environment, as NAME=value.</param>
    /// <param name="folder">Where it works.</param>
    /// <param name="output">The descriptor that it prints to.</param>
    /// <param name="third">The descriptor that it finds as <see cref="Third"/>; its other end is this process's, so that each hears of the other's end.</param>
    /// <param name="detached">In a session of its own, which no terminal ends, too.</param>
    /// <exception cref="Win32Exception">It cannot be started.</exception>
    public static int Start(IReadOnlyList<string> arguments, IReadOnlyList<string> environment, string folder, int output, int third, bool detached = false)
    {
        var actions = NativeMemory.AllocZeroed(Room);
        var attributes = NativeMemory.AllocZeroed(Room);
        var signals = NativeMemory.AllocZeroed(Room);
        var argv = Strings(arguments);
        var envp = Strings(environment);
        try
        {
            Check(InitActions(actions));
            Check(AddOpen(actions, 0, "/dev/null", 0, 0));
            Check(AddDuplicate(actions, output, 1));
            Check(AddDuplicate(actions, output, 2));
            Check(AddDuplicate(actions, third, Third));
            Check(AddFolder(actions, folder));
            Check(InitAttributes(attributes));
            Check(SetGroup(attributes, 0));
            _ = EmptySet(signals);
            Check(SetMask(attributes, signals));
            // The runtime ignores SIGPIPE, and a program inherits that: one that writes to a pipe nobody reads would not end.
            _ = AddToSet(signals, PipeSignal);
            Check(SetDefault(attributes, signals));
            // A session's first process heads its group as well.
            Check(SetFlags(attributes, (short)((detached ? OwnSession : OwnGroup) | DefaultSignals | SignalMask)));
            Check(Spawn(out var process, arguments[0], actions, attributes, argv, envp));
            return process;
        }
        finally
        {
            _ = DestroyActions(actions);
            _ = DestroyAttributes(attributes);
            NativeMemory.Free(actions);
            NativeMemory.Free(attributes);
            NativeMemory.Free(signals);
            Free(argv);
            Free(envp);
        }
    }

    /// <summary>Blocks until the process has ended; its id, and so its group's, stays taken until <see cref="Collect"/>.</summary>
    public static void WaitForEnd(int process)
    {
        var information = NativeMemory.AllocZeroed(Room);
        try
        {
            while (WaitId(ByProcess, (uint)process, information, Exited | LeaveWaiting) != 0)
            {
                var error = Marshal.GetLastPInvokeError();
                if (error != Interrupted) throw new Win32Exception(error);
            }
        }
        finally
        {
            NativeMemory.Free(information);
        }
    }

    /// <summary>How it ended: its exit code, or the signal that ended it.</summary>
    public static (int? ExitCode, int? Signal) Collect(int process)
    {
        int status;
        while (WaitPid(process, out status, 0) < 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error != Interrupted) throw new Win32Exception(error);
        }
        var signal = status & 0x7f;
        return signal == 0 ? ((status >> 8) & 0xff, null) : (null, signal);
    }

    /// <summary>Signals every process of the group; none left is no fault.</summary>
    public static void SignalGroup(int group, int signal) => _ = Kill(-group, signal);

    private static byte** Strings(IReadOnlyList<string> texts)
    {
        var list = (byte**)NativeMemory.AllocZeroed((nuint)(texts.Count + 1), (nuint)sizeof(byte*));
        for (var i = 0; i < texts.Count; i++)
        {
            var bytes = Encoding.UTF8.GetBytes(texts[i]);
            list[i] = (byte*)NativeMemory.AllocZeroed((nuint)bytes.Length + 1);
            bytes.CopyTo(new Span<byte>(list[i], bytes.Length));
        }
        return list;
    }

    private static void Free(byte** list)
    {
        for (var i = 0; list[i] is not null; i++) NativeMemory.Free(list[i]);
        NativeMemory.Free(list);
    }

    private static void Check(int error)
    {
        if (error != 0) throw new Win32Exception(error);
    }

    [LibraryImport("libc", EntryPoint = "posix_spawnp", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Spawn(out int process, string file, void* actions, void* attributes, byte** arguments, byte** environment);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    private static partial int InitActions(void* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    private static partial int DestroyActions(void* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addopen", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int AddOpen(void* actions, int descriptor, string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    private static partial int AddDuplicate(void* actions, int descriptor, int copy);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addchdir_np", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int AddFolder(void* actions, string folder);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    private static partial int InitAttributes(void* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    private static partial int DestroyAttributes(void* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    private static partial int SetFlags(void* attributes, short flags);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setpgroup")]
    private static partial int SetGroup(void* attributes, int group);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigmask")]
    private static partial int SetMask(void* attributes, void* signals);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigdefault")]
    private static partial int SetDefault(void* attributes, void* signals);

    [LibraryImport("libc", EntryPoint = "sigemptyset")]
    private static partial int EmptySet(void* signals);

    [LibraryImport("libc", EntryPoint = "sigaddset")]
    private static partial int AddToSet(void* signals, int signal);

    [LibraryImport("libc", EntryPoint = "waitid", SetLastError = true)]
    private static partial int WaitId(int kind, uint process, void* information, int options);

    [LibraryImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    private static partial int WaitPid(int process, out int status, int options);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
