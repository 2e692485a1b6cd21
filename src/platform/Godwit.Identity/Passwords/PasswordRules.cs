using System.Globalization;
using System.Text;
using Godwit.Security.Emails;
using Godwit.Security.Unicode;

namespace Godwit.Identity.Passwords;

/// <summary>
/// What a new password has to be: 8 to 128 characters of any kind, not a stolen one, and not one that whoever knows the person or the service tries first. No rule says which characters there
/// have to be (NIST SP 800-63B section 3.1.1.2). The same words hold wherever a password is set (docs/identity-signing-in.md, "Passwords").
/// </summary>
/// <param name="breached">Stolen ones.</param>
/// <param name="serviceWords">What the service, its makers and products are called.</param>
internal sealed class PasswordRules(BreachedPasswords breached, params IReadOnlyList<string> serviceWords)
{
    /// <summary>Code points of the normal form.</summary>
    public const int Shortest = 8, Longest = 128;

    // No text of 128 code points comes of more than four times as many; a megabyte is not looked at.
    private const int LongestText = 4 * 2 * Longest;

    // Shorter words stand in others by chance; two characters of Chinese or Japanese are a whole name.
    private const int ShortestWord = 4, ShortestIdeographs = 2;

    /// <summary>
    /// The form in which a password is hashed, verified and looked up: form KC, so that who types it on another keyboard gets in. Nothing else is changed or left out: neither case nor white
    /// space.
    /// </summary>
    /// <returns>Null when it is not valid Unicode, or longer than a password may ever be.</returns>
    public static string? Form(string password) => password.Length <= LongestText ? CompatibilityForm.TryOf(password) : null;

    public static bool HasLength(string form) => CodePoints(form) is >= Shortest and <= Longest;

    /// <summary>All that is wrong with a new password, each as the rest of a sentence that begins with the field's name; nothing of the password is in them.</summary>
    /// <exception cref="BreachedPasswordsException">The list of stolen passwords cannot be used: no password can be set.</exception>
    public IReadOnlyList<string> Faults(string password, EmailAddress? email, params IReadOnlyList<string> names)
    {
        if (Form(password) is not { } form) return [password.Length > LongestText ? $"must have at most {Longest} characters" : "must be valid Unicode"];
        var faults = new List<string>();
        var length = CodePoints(form);
        if (length < Shortest) faults.Add($"must have at least {Shortest} characters");
        if (length > Longest) faults.Add($"must have at most {Longest} characters");
        if (length >= Shortest && breached.Contains(form)) faults.Add("must not be one that was stolen elsewhere: it is among the first that are tried");
        var left = Without(form, Words(email, names));
        if (left.Length < form.Length && length >= Shortest && (CodePoints(left) < Shortest || breached.Contains(left)))
            faults.Add($"must not be made of your name, your address or the name of this service: what is left without them has to be a password of {Shortest} characters");
        return faults;
    }

    /// <summary>Everything but the words, which are found in any case and behind digits that look like letters.</summary>
    private static string Without(string form, IEnumerable<string> words)
    {
        var folded = Fold(form);
        var gone = new bool[form.Length];
        foreach (var word in words.Select(Fold).Distinct(StringComparer.Ordinal))
        {
            for (var at = folded.IndexOf(word, StringComparison.Ordinal); at >= 0; at = folded.IndexOf(word, at + 1, StringComparison.Ordinal)) gone.AsSpan(at, word.Length).Fill(true);
        }
        return string.Concat(form.Where((_, at) => !gone[at]));
    }

    private IEnumerable<string> Words(EmailAddress? email, IReadOnlyList<string> names)
    {
        var texts = serviceWords.Concat(names).Select(t => CompatibilityForm.TryOf(t) ?? "").ToList();
        if (email is not null && CompatibilityForm.TryOf(email.Shown) is { } address)
        {
            var at = address.IndexOf('@', StringComparison.Ordinal);
            texts.Add(address[..at]);
            // Not the top-level domain: it says nothing about anybody.
            texts.AddRange(address[(at + 1)..].Split('.')[..^1]);
        }
        return texts.SelectMany(t => Parts(t).Append(t)).Where(w => CodePoints(w) >= (w.EnumerateRunes().Any(r => Rune.GetUnicodeCategory(r) == UnicodeCategory.OtherLetter) ? ShortestIdeographs : ShortestWord));
    }

    private static IEnumerable<string> Parts(string text)
    {
        var part = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (Scripts.IsOfWords(rune))
            {
                part.Append(rune.ToString());
            }
            else
            {
                yield return part.ToString();
                part.Clear();
            }
        }
        yield return part.ToString();
    }

    /// <summary>As long as the text: letter by letter, i, l and what looks like them being one.</summary>
    private static string Fold(string text) => string.Create(text.Length, text, static (folded, text) =>
    {
        for (var i = 0; i < text.Length; i++)
        {
            folded[i] = char.ToLowerInvariant(text[i]) switch { '0' => 'o', '1' or 'l' or '!' or '|' => 'i', '3' => 'e', '4' or '@' => 'a', '5' or '$' => 's', '7' => 't', '8' => 'b', var c => c };
        }
    });

    private static int CodePoints(string text) => text.EnumerateRunes().Count();
}
