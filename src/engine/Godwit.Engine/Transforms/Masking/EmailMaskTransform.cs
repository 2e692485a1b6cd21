using System.Text;
using Godwit.Documents.Shapes;
using Godwit.Model.Findings;

namespace Godwit.Engine.Transforms.Masking;

/// <summary>
/// <c>mask:email</c>: another address of the same format and length, the same for the same address under the same key, another for another. Addresses
/// that differ only in case stay so, so that a unique index over <c>lower(email)</c> holds as before.
/// </summary>
internal sealed class EmailMaskTransform : ITransformKind
{
    /// <summary>Less can be tried out.</summary>
    private const int MinimumKeyBytes = 16;

    public string Name => "mask:email";

    public string Summary => "Another email address of the same format and length; the same for the same address under the same key";

    public Shape.Map Shape => new(
        Parameters.From,
        new Field("key", Parameters.Variable, "The environment variable that holds the key, at least 16 bytes", Required: true),
        new Field("domain", new Shape.Choice("mask", "keep"), "Whether the part after the last @ is replaced too") { Default = "mask" });

    public IEnumerable<Finding> Check(TransformSettings settings) => [];

    public ITransform Bind(TransformSettings settings)
    {
        var keep = settings.Parameters.Text("domain") == "keep";
        return new Transform
        {
            Inputs = [settings.Input()],
            Key = new Secret(settings.Parameters.Text("key"), MinimumKeyBytes),
            Function = secret =>
            {
                var permutation = new FormatPermutation(Encoding.UTF8.GetBytes(secret!));
                return Transform.OfOne(value => CellValue.Of(Mask(permutation, value.ToText(), keep)));
            },
        };
    }

    internal static string Mask(FormatPermutation permutation, string address, bool keepDomain)
    {
        var at = address.LastIndexOf('@');
        if (at < 0) return permutation.Apply(address, "text");
        var (name, domain) = (address[..at], address[(at + 1)..]);
        // The name depends on the domain as it was: one domain goes to one domain, and within it names to names, so that no two addresses meet.
        return $"{permutation.Apply(name, $"name\0{domain.ToLowerInvariant()}")}@{(keepDomain ? domain : permutation.Apply(domain, "domain"))}";
    }
}
