namespace Godwit.Cli.Demo;

/// <summary>Of what `godwit rehearse` says, what one has to have seen: how far it is, each one's times, and once what was left out. The rest is what the run says again later.</summary>
internal sealed class RehearsalLines
{
    private static readonly string[] s_always = ["rehears", "    rehearses: ", "restored in ", "  phase ", "error ", "warning ", "Failed", "Refused", "Rehearsed", "  violated"];

    private static readonly string[] s_phases = ["  expand ", "  backfill ", "  verify ", "  switch ", "  observe ", "  contract "];

    private int _seen;

    public bool Keep(string line)
    {
        if (line.StartsWith("rehearsal ", StringComparison.Ordinal) && line.Contains(" of ", StringComparison.Ordinal)) _seen++;
        if (Begins(line, s_always) || (Begins(line, s_phases) && line.Contains(" s ", StringComparison.Ordinal))) return true;
        return _seen == 1 && Begins(line, ["  left out ", "  not asked: ", "  waited less: "]);
    }

    private static bool Begins(string line, string[] with) => Array.Exists(with, w => line.StartsWith(w, StringComparison.Ordinal));
}
