using Godwit.Engine.Secrets;
using Godwit.Engine.Steps;

namespace Godwit.Engine.Requests;

/// <summary>What a file of requests needs from outside: its variables, and the URL of the service.</summary>
internal static class RequestVariables
{
    /// <summary>The values, or the name of a variable that is not set.</summary>
    public static (IReadOnlyDictionary<string, string> Values, string? Missing) Resolve(RequestFile file, IRunEnvironment environment)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var secrets = new SecretValues();
        foreach (var (name, value) in file.Variables)
        {
            if (value.Resolve(environment, secrets) is not { } text) return (values, value.Variable);
            values[name] = text;
        }
        return (values, null);
    }
}
