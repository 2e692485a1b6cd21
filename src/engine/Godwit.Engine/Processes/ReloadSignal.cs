using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Godwit.Documents.Shapes;
using Godwit.Engine.Steps;
using Godwit.Model.Findings;

namespace Godwit.Engine.Processes;

/// <summary>A signal to the process whose id a file holds: how nginx and HAProxy are told to read their files anew.</summary>
internal sealed partial record ReloadSignal(string PidFile, int Number)
{
    private static readonly IReadOnlyList<(string Name, int Number)> s_signals = [("HUP", 1), ("USR1", 10), ("USR2", 12)];

    public static Shape.Map Shape { get; } = new(
        new Field("pid_file", new Shape.Text { MaxLength = 4000 }, "The file that holds the process's id, from the runbook's folder", Required: true),
        new Field("name", new Shape.Choice([.. s_signals.Select(s => s.Name)]), "Which") { Default = "HUP" })
    {
        Short = "pid_file",
        Name = "reload by signal",
        Description = "A signal to a process",
    };

    public static ReloadSignal Read(JsonObject settings) => new(settings.Text("pid_file"), s_signals.First(s => s.Name == settings.Text("name")).Number);

    /// <param name="folder">Where <see cref="PidFile"/> is looked for.</param>
    /// <param name="failed">What it is when the process cannot be told.</param>
    public StepResult Send(string folder, FindingCode failed)
    {
        var path = Path.Combine(folder, PidFile);
        try
        {
            if (!int.TryParse(File.ReadAllText(path).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var process) || process < 2) return Fail(failed, $"{PidFile} holds no process's id");
            return Kill(process, Number) == 0 ? StepResult.Done : Fail(failed, $"the process {process.ToString(CultureInfo.InvariantCulture)} of {PidFile}: {Marshal.GetLastPInvokeErrorMessage()}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Fail(failed, $"{PidFile} cannot be read: {e.Message}");
        }
    }

    private static StepResult.Failed Fail(FindingCode failed, string why) => new([Finding.Error(failed, $"what reads the file could not be told: {why}")]);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int process, int signal);
}
