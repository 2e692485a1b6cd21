using System.Runtime.InteropServices;

namespace Godwit.TestServers;

/// <summary>Ends a process and its children at once, by their ids.</summary>
public static partial class ProcessTree
{
    private const int Quit = 3, Kill = 9;

    /// <summary>SIGQUIT, and its end.</summary>
    public static async Task QuitAsync(int process, CancellationToken cancellationToken = default)
    {
        Signal(process, Quit);
        while (IsAlive(process))
            await Task.Delay(5, cancellationToken);
    }

    public static async Task KillAsync(int process, CancellationToken cancellationToken = default)
    {
        // The parent first, so that it starts no further child.
        Signal(process);
        var children = ChildrenOf(process);
        foreach (var child in children)
            Signal(child);
        foreach (var id in children.Append(process))
        {
            while (IsAlive(id))
                await Task.Delay(5, cancellationToken);
        }
    }

    /// <summary>The command lines of all processes that name something, a folder for instance.</summary>
    public static IReadOnlyList<string> CommandsWith(string name)
    {
        var found = new List<string>();
        foreach (var folder in Directory.EnumerateDirectories("/proc").Where(f => int.TryParse(Path.GetFileName(f), out _)))
        {
            try
            {
                if (File.ReadAllText(Path.Combine(folder, "cmdline")) is var command && command.Contains(name, StringComparison.Ordinal)) found.Add(command.Replace('\0', ' '));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Ended while the folder was read.
                continue;
            }
        }
        return found;
    }

    public static void Signal(int process, int signal = Kill) => SendSignal(process, signal);

    /// <summary>Running, that is: neither gone nor waiting to be collected by its parent.</summary>
    private static bool IsAlive(int process)
    {
        try
        {
            var state = File.ReadAllText($"/proc/{process}/stat");
            return state[state.LastIndexOf(')') + 2] is not ('Z' or 'X');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static List<int> ChildrenOf(int parent)
    {
        var children = new List<int>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), out var id))
                continue;
            try
            {
                // After the name, which may hold anything, come state and parent (proc_pid_stat(5)).
                var stat = File.ReadAllText(Path.Combine(folder, "stat"));
                if (stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1] == parent.ToString(System.Globalization.CultureInfo.InvariantCulture))
                    children.Add(id);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Ended while the folder was read.
                continue;
            }
        }

        return children;
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int process, int signal);
}
