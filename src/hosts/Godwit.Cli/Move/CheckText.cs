using Godwit.Model.Verification;

namespace Godwit.Cli.Move;

/// <summary>A check's counts in a clause.</summary>
internal static class CheckText
{
    public static string Of(CheckResult check) =>
        string.Join(", ", check.Counts.Select(c => $"{c.Key} {c.Value}"));
}
