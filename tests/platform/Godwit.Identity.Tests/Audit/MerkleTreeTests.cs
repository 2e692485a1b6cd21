using FsCheck;
using FsCheck.Fluent;
using Godwit.Identity.Audit;

namespace Godwit.Identity.Tests.Audit;

public sealed class MerkleTreeTests
{
    // The inputs that implementations of RFC 6962 test each other with.
    private static readonly byte[][] s_inputs = [.. new[] { "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f" }.Select(Convert.FromHexString)];

    [Theory]
    [InlineData(0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData(1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d")]
    [InlineData(2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125")]
    [InlineData(3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77")]
    [InlineData(7, "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c")]
    [InlineData(8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328")]
    public void Roots_are_those_of_RFC_6962(int count, string root) =>
        Assert.Equal(root, Convert.ToHexStringLower(MerkleTree.RootOf(s_inputs[..count].Select(i => MerkleTree.LeafOf(i, [])).ToArray())));

    [Fact]
    public void A_proof_is_that_of_RFC_6962_section_2_1_3()
    {
        var leaves = s_inputs[..7].Select(i => MerkleTree.LeafOf(i, [])).ToArray();
        // Of d3 in the tree of seven: d2, the node of d0 and d1, the node of d4 to d6.
        Assert.Equal([leaves[2], MerkleTree.RootOf(leaves.AsSpan(0, 2)), MerkleTree.RootOf(leaves.AsSpan(4))], MerkleTree.ProofOf(leaves, 3));
        Assert.Equal([MerkleTree.RootOf(leaves.AsSpan(4, 2)), MerkleTree.RootOf(leaves.AsSpan(0, 4))], MerkleTree.ProofOf(leaves, 6));
    }

    [Fact]
    public void A_proof_that_ends_below_the_root_proves_nothing()
    {
        var leaves = s_inputs[..4].Select(i => MerkleTree.LeafOf(i, [])).ToArray();
        Assert.True(MerkleTree.Proves([leaves[1]], leaves[0], 0, 2, MerkleTree.RootOf(leaves.AsSpan(0, 2))));
        Assert.False(MerkleTree.Proves([leaves[1]], leaves[0], 0, 4, MerkleTree.RootOf(leaves.AsSpan(0, 2))));
    }

    [Fact]
    public void Every_leaf_of_every_tree_is_proved_and_no_other_leaf_place_or_size_is() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(Gen.Choose(1, 70).ToArbitrary(), Gen.Choose(0, 1000).ToArbitrary(), (count, seed) =>
    {
        var leaves = Enumerable.Range(0, count).Select(n => MerkleTree.LeafOf([(byte)n], [])).ToArray();
        var root = MerkleTree.RootOf(leaves);
        var index = seed % count;
        var proof = MerkleTree.ProofOf(leaves, index);
        if (!MerkleTree.Proves(proof, leaves[index], index, count, root)) return false;
        if (count == 1) return !MerkleTree.Proves([leaves[0]], leaves[0], 0, 1, root) && !MerkleTree.Proves(proof, leaves[0], 1, 1, root);
        var other = (index + 1) % count;
        byte[][] damaged = [.. proof];
        damaged[seed % damaged.Length] = leaves[index];
        return !MerkleTree.Proves(proof, leaves[other], index, count, root) && !MerkleTree.Proves(proof, leaves[index], other, count, root) && !MerkleTree.Proves(damaged, leaves[index], index, count, root)
            && !MerkleTree.Proves([.. proof, root], leaves[index], index, count, root) && !MerkleTree.Proves([.. proof.Skip(1)], leaves[index], index, count, root);
    }));
}
