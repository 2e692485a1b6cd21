using System.Security.Cryptography;
using System.Text;

namespace Godwit.Security.Keyring.Masters;

/// <summary>
/// A master key from an environment variable, or from the file that <c>NAME_FILE</c> names. A variable is the weaker of the two: it is a string for as long as the process lives, and every
/// child of the process inherits it.
/// </summary>
public static class MasterKeyVariable
{
    /// <returns>Null when neither variable is set.</returns>
    /// <exception cref="MasterKeyException">Both are set, or what they hold is no master key.</exception>
    public static LocalMasterKey? Find(string name, Func<string, string?> environment)
    {
        var (value, file) = (environment(name), environment(name + "_FILE"));
        if (!string.IsNullOrEmpty(value) && !string.IsNullOrEmpty(file)) throw new MasterKeyException($"both {name} and {name}_FILE are set: which of them counts is not to be guessed");
        if (!string.IsNullOrEmpty(file)) return MasterKeyFile.Load(file);
        if (string.IsNullOrEmpty(value)) return null;
        var text = Encoding.UTF8.GetBytes(value);
        try
        {
            return text.Length <= KeyText.Longest ? KeyText.Read(text) : throw new MasterKeyException("it is longer than a key");
        }
        catch (MasterKeyException e)
        {
            throw new MasterKeyException($"the variable {name} holds no master key: {e.Message}", mayRetry: false, e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(text);
        }
    }
}
