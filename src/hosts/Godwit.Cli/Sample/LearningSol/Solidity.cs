using System.Globalization;
using System.Text;

namespace Godwit.Cli.Sample.LearningSol;

/// <summary>What learners leave in the editor.</summary>
internal static class Solidity
{
    /// <summary>The longest code that the application's form takes.</summary>
    public const int Longest = 50_000;

    private static readonly string[] Names = ["Vault", "Counter", "Auction", "Token", "Escrow", "Voting", "Registry"];

    public static string Contract(Dice dice, string author)
    {
        var limit = dice.Below(1_000_000);
        return string.Create(CultureInfo.InvariantCulture, $$"""
            // SPDX-License-Identifier: MIT
            pragma solidity ^0.8.{{dice.Below(25)}};

            /// @author {{author}}
            contract {{dice.Pick(Names)}} {
                mapping(address => uint256) private balances;
                uint256 public constant LIMIT = {{limit}} gwei;

                function deposit() external payable {
                    require(msg.value <= LIMIT, "over the limit");
                    balances[msg.sender] += msg.value; // {{dice.Pick(Words.Emoji)}}
                }
            }

            """);
    }

    public static string LongContract(Dice dice, string author)
    {
        var code = new StringBuilder();
        while (code.Length < Longest) code.Append(Contract(dice, author));
        // A pair of surrogates is not cut in two.
        if (char.IsHighSurrogate(code[Longest - 1])) code[Longest - 1] = '\n';
        return code.ToString(0, Longest);
    }
}
