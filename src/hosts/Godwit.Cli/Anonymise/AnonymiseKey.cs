using System.Security.Cryptography;
using System.Text;
using Godwit.Cli.Runs;
using Godwit.Engine.Anonymise;
using Godwit.Model.Findings;

namespace Godwit.Cli.Anonymise;

/// <summary>The key of the masks.</summary>
internal static class AnonymiseKey
{
    /// <summary>Less can be tried out.</summary>
    private const int Least = 16;

    /// <summary>That of the variable, or one that nobody keeps.</summary>
    public static (byte[]? Key, Finding? Missing) Find(AnonymiseSettings settings)
    {
        if (settings.Key?.Environment is not { } variable) return (RandomNumberGenerator.GetBytes(32), null);
        if (ProcessEnvironment.Instance.Find(variable) is not { } text) return (null, Wrong($"{variable}, which holds the key of the masks, is not set"));
        var key = Encoding.UTF8.GetBytes(text);
        return key.Length >= Least ? (key, null) : (null, Wrong($"the key in {variable} is shorter than {Least} bytes"));
    }

    private static Finding Wrong(string message) => Finding.Error(FindingCodes.AnonymiseSettings, message, null, "Set it to 32 random bytes, in hexadecimal for instance.");
}
