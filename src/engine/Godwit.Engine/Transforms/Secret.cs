using System.Text;
using Godwit.Engine.Steps;
using Godwit.Model.Findings;

namespace Godwit.Engine.Transforms;

/// <summary>A secret that a runbook names and never holds.</summary>
/// <param name="Variable">The environment variable; <c>NAME_FILE</c> is looked at too.</param>
/// <param name="MinimumBytes">The least that it may have.</param>
internal sealed record Secret(string Variable, int MinimumBytes)
{
    public (string? Value, Finding? Finding) Find(IRunEnvironment environment)
    {
        var value = environment.Find(Variable);
        if (string.IsNullOrEmpty(value))
            return (null, Finding.Error(FindingCodes.SecretMissing, $"The secret {Variable} is not set", remedy: $"Set {Variable} or {Variable}_FILE where Godwit runs"));
        if (Encoding.UTF8.GetByteCount(value) < MinimumBytes)
            return (null, Finding.Error(FindingCodes.SecretMissing, $"The secret {Variable} has fewer than {MinimumBytes} bytes", remedy: "Use a random secret"));
        return (value, null);
    }

    public string Read(IRunEnvironment environment) => Find(environment) switch
    {
        ({ } value, _) => value,
        (_, var finding) => throw new InvalidOperationException(finding!.Message),
    };
}
